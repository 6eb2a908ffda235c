import java.util.*;
import java.util.concurrent.*;

/**
 * A leak of a million sessions in a static map, with some smaller ones beside it:
 * thread-locals in a pool, a list of listeners, inner classes that capture their
 * outer object. The first argument is how many sessions; 777000 make a dump of
 * 1.0 GB with 15.9 million objects.
 */
public class BigLeak {
    static final Map<String, Session> SESSION_CACHE = new HashMap<>();
    static final ThreadLocal<List<byte[]>> BUFFERS = ThreadLocal.withInitial(ArrayList::new);
    static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();
    static final List<Runnable> JOBS = new ArrayList<>();

    interface Listener { void on(String event); }

    static class Address { String street; String city; Integer number; }

    static class Session {
        final String user;
        final byte[] token = new byte[540];
        final long started = System.nanoTime();
        final Map<String, Object> attributes = new HashMap<>(4);
        final List<Object> history = new ArrayList<>(1);
        Address address = new Address();
        Session(int i) {
            user = "user-" + i;
            attributes.put("count", Integer.valueOf(i + 1000));
            history.add(Long.valueOf(i + 1000L));
            address.street = "street " + i % 100000;
            address.number = i + 5000;
        }
    }

    byte[] page = new byte[4096];
    class Job implements Runnable { public void run() { page[0]++; } }

    public static void main(String[] args) throws Exception {
        int n = Integer.parseInt(args[0]);
        for (int i = 0; i < n; i++) SESSION_CACHE.put("session-" + i, new Session(i));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        CountDownLatch done = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            pool.submit(() -> {
                for (int k = 0; k < n / 20; k++) BUFFERS.get().add(new byte[200]);
                done.countDown();
                try { Thread.sleep(200); } catch (InterruptedException e) { }
            });
        }
        done.await();
        for (int i = 0; i < 2000; i++) {
            BigLeak b = new BigLeak();
            LISTENERS.add(event -> b.page[1]++);
            JOBS.add(new BigLeak().new Job());
        }
        System.out.println("READY");
        System.in.read();
        System.exit(0);
    }
}
