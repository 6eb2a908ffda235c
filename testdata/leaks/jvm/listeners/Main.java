import java.util.*;
import java.util.concurrent.*;

/** Listeners that are added to a static event bus and never removed. */
public class Main {
    interface Listener { void on(String event); }
    static class Bus {
        final List<Listener> listeners = new CopyOnWriteArrayList<>();
    }
    static final Bus BUS = new Bus();

    static class View {
        final byte[] pixels = new byte[2000];
        void open() { BUS.listeners.add(event -> pixels[0]++); }
    }

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n / 10; i++) new View().open();
        Leak.dump();
    }
}
