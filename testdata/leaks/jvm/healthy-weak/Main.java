import java.util.*;
import java.util.concurrent.*;

/** A WeakHashMap and soft references of what is only in use for a while. */
public class Main {
    static final Map<Object, String> WEAK = new WeakHashMap<>();
    static final List<java.lang.ref.SoftReference<byte[]>> SOFT = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < 2000; i++) WEAK.put(new Object(), "x");
        for (int i = 0; i < 500; i++) SOFT.add(new java.lang.ref.SoftReference<>(new byte[2000]));
        Leak.dump();
    }
}
