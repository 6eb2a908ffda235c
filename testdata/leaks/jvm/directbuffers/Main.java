import java.util.*;
import java.util.concurrent.*;

/** Direct buffers in a pool without a bound. */
public class Main {
    static final Queue<java.nio.ByteBuffer> POOL = new ConcurrentLinkedQueue<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n / 4; i++) POOL.add(java.nio.ByteBuffer.allocateDirect(4096));
        Leak.dump();
    }
}
