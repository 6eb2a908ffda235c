import java.util.*;
import java.util.concurrent.*;

/** Six leaks in one program, all but the first below a tenth of the heap. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[500];
        Session(String user) { this.user = user; }
    }
    static class Request { final byte[] body = new byte[200]; }
    static class Step { Step next; final byte[] note = new byte[64]; }
    interface Listener { void on(String event); }
    final byte[] page = new byte[1000];
    class Job implements Runnable { public void run() { page[0]++; } }

    static final Map<String, Session> CACHE = new HashMap<>();
    static final ThreadLocal<List<Request>> CONTEXT = ThreadLocal.withInitial(ArrayList::new);
    static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();
    static final List<Runnable> JOBS = new ArrayList<>();
    static final List<Object> PLUGINS = new ArrayList<>();
    static Step first;

    public static void main(String[] args) throws Exception {
        int n = 2000 * Leak.scale();
        for (int i = 0; i < 15 * n; i++) CACHE.put("session-" + i, new Session("user-" + i));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            pool.submit(() -> {
                for (int i = 0; i < n; i++) CONTEXT.get().add(new Request());
                done.countDown();
                done.await();
                return null;
            });
        }
        done.await();
        Thread.sleep(100);
        for (int i = 0; i < n / 2; i++) {
            Main m = new Main();
            LISTENERS.add(event -> m.page[1]++);
            JOBS.add(new Main().new Job());
        }
        byte[] code = Main.class.getResourceAsStream("Plugin.class").readAllBytes();
        for (int i = 0; i < n / 10; i++) {
            ClassLoader loader = new ClassLoader(null) {
                protected Class<?> findClass(String name) { return defineClass(name, code, 0, code.length); }
            };
            var make = loader.loadClass("Plugin").getDeclaredMethod("make");
            make.setAccessible(true);
            PLUGINS.add(make.invoke(null));
        }
        for (int i = 0; i < 5 * n; i++) { Step s = new Step(); s.next = first; first = s; }
        Leak.dump();
    }
}

/** What each loader loads. */
class Plugin {
    static final byte[] SETTINGS = new byte[2000];
    public static Object make() { return new Plugin(); }
}
