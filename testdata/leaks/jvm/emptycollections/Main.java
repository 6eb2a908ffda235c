import java.util.*;
import java.util.concurrent.*;

/** Three empty collections in each of many objects. */
public class Main {
    static class Page {
        final Map<String, String> attributes = new HashMap<>();
        final Map<String, String> parameters = new HashMap<>();
        final List<String> errors = new ArrayList<>();
    }
    static final List<Page> PAGES = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) PAGES.add(new Page());
        Leak.dump();
    }
}
