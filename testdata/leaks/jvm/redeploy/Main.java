import java.util.*;
import java.util.concurrent.*;

/** An application that was started four times and never let go. */
public class Main {
    public static void main(String[] args) throws Exception {
        int n = 4 * Leak.scale();
        for (int i = 0; i < n; i++) {
            ClassLoader loader = new ClassLoader(null) {
                protected Class<?> findClass(String name) throws ClassNotFoundException {
                    try (var in = Main.class.getResourceAsStream(name + ".class")) {
                        byte[] code = in.readAllBytes();
                        return defineClass(name, code, 0, code.length);
                    } catch (Exception e) { throw new ClassNotFoundException(name, e); }
                }
            };
            var start = loader.loadClass("App").getDeclaredMethod("start");
            start.setAccessible(true);
            start.invoke(null);
        }
        Thread.sleep(200);
        Leak.dump();
    }
}

class AppCache { byte[] data = new byte[300_000]; }
class AppUser { }
class AppOrder { }
class AppMail { }
class AppTimer extends Thread {
    public void run() { try { Thread.sleep(1_000_000); } catch (InterruptedException e) { } }
}

/** What each start leaves behind: a thread of its own class. */
class App {
    static final AppCache CACHE = new AppCache();
    static final List<Object> ALL = List.of(new AppUser(), new AppOrder(), new AppMail());
    public static Thread start() {
        Thread t = new AppTimer();
        t.setDaemon(true);
        t.start();
        return t;
    }
}
