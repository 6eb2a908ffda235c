import java.util.*;
import java.util.concurrent.*;

/** A pool of workers, each with a buffer, and an empty queue. */
public class Main {
    static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[20000]);

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        CountDownLatch done = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            pool.submit(() -> {
                BUFFER.get()[0]++;
                done.countDown();
                done.await();
                return null;
            });
        }
        done.await();
        Thread.sleep(100);
        Leak.dump();
    }
}
