import java.util.*;
import java.util.concurrent.*;

/** A thread-local of pooled threads that nobody removes. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final ThreadLocal<List<Session>> CONTEXT = ThreadLocal.withInitial(ArrayList::new);

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            pool.submit(() -> {
                for (int i = 0; i < n / 4; i++) CONTEXT.get().add(new Session("user-" + i));
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
