package library;

import java.util.*;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.*;
import org.apache.lucene.index.*;
import org.apache.lucene.search.*;
import org.apache.lucene.store.ByteBuffersDirectory;

/** An index in memory that is searched. With LEAK each search keeps the reader that it opened. */
public class Library {
    static final List<Search> OPEN = new ArrayList<>();

    static class Search {
        final DirectoryReader reader;
        final String word;
        Search(DirectoryReader reader, String word) { this.reader = reader; this.word = word; }
    }

    public static void main(String[] args) throws Exception {
        var dir = new ByteBuffersDirectory();
        var writer = new IndexWriter(dir, new IndexWriterConfig(new StandardAnalyzer()));
        for (int i = 0; i < 4000; i++) {
            Document d = new Document();
            d.add(new StringField("id", "" + i, Field.Store.YES));
            d.add(new TextField("text", "book number " + i + " about topic" + i % 300 + " and topic" + i % 7, Field.Store.YES));
            writer.addDocument(d);
            if (i % 500 == 0) writer.commit();
        }
        writer.commit();
        for (int i = 0; i < 1500; i++) {
            DirectoryReader r = DirectoryReader.open(dir);
            new IndexSearcher(r).search(new TermQuery(new Term("text", "topic" + i % 300)), 10);
            if (System.getenv("LEAK") != null) OPEN.add(new Search(r, "topic" + i)); else r.close();
        }
        System.out.println("READY");
        Thread.sleep(600_000);
    }
}
