import java.util.*;
import java.util.concurrent.*;

/** A WeakHashMap whose values refer to their keys. */
public class Main {
    static class Key {
        final byte[] id = new byte[64];
    }
    static class Value {
        final Key owner;
        Value(Key owner) { this.owner = owner; }
    }
    static final Map<Key, Value> CACHE = new WeakHashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) {
            Key k = new Key();
            CACHE.put(k, new Value(k));
        }
        Leak.dump();
    }
}
