import java.util.*;
import java.util.concurrent.*;

/** A class loader for every request, pinned by an instance of its class. */
public class Main {
    static final List<Object> PLUGINS = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        byte[] code = Main.class.getResourceAsStream("Plugin.class").readAllBytes();
        for (int i = 0; i < n / 10; i++) {
            ClassLoader loader = new ClassLoader(null) {
                protected Class<?> findClass(String name) { return defineClass(name, code, 0, code.length); }
            };
            var make = loader.loadClass("Plugin").getDeclaredMethod("make");
            make.setAccessible(true);
            PLUGINS.add(make.invoke(null));
        }
        Leak.dump();
    }
}

/** What each loader loads. */
class Plugin {
    static final byte[] SETTINGS = new byte[1000];
    public static Object make() { return new Plugin(); }
}
