import java.util.*;
import java.util.concurrent.*;

/** A static set of keys that were seen. */
public class Main {
    static class Key {
        final byte[] id = new byte[64];
    }
    static final Set<Key> SEEN = new HashSet<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) SEEN.add(new Key());
        Leak.dump();
    }
}
