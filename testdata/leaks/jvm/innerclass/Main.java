import java.util.*;
import java.util.concurrent.*;

/** Inner classes that capture their outer object. */
public class Main {
    final byte[] page = new byte[4000];
    class Job implements Runnable {
        public void run() { page[0]++; }
    }
    static final Deque<Runnable> JOBS = new ArrayDeque<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n / 10; i++) JOBS.add(new Main().new Job());
        Leak.dump();
    }
}
