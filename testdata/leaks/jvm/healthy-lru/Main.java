import java.util.*;
import java.util.concurrent.*;

/** A cache within its bound: an access-order LinkedHashMap with removeEldestEntry. */
public class Main {
    static class Page {
        final byte[] text = new byte[300];
    }
    static final Map<Integer, Page> CACHE = new LinkedHashMap<>(16, 0.75f, true) {
        protected boolean removeEldestEntry(Map.Entry<Integer, Page> eldest) { return size() > 3000; }
    };

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) CACHE.put(i, new Page());
        Leak.dump();
    }
}
