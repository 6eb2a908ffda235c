import java.util.*;
import java.util.concurrent.*;

/** Tasks that wait in the queue of a pool with one busy thread. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static class Task implements Runnable {
        final Session session = new Session("task");
        public void run() { session.data[0]++; }
    }
    static final ExecutorService POOL = Executors.newFixedThreadPool(1);

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        POOL.submit(() -> { Thread.sleep(Long.MAX_VALUE); return null; });
        for (int i = 0; i < n; i++) POOL.execute(new Task());
        Leak.dump();
    }
}
