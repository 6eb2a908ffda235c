import java.util.*;
import java.util.concurrent.*;

/** A static concurrent map of a service. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static class Registry {
        final ConcurrentMap<Long, Session> byId = new ConcurrentHashMap<>();
    }
    static final Registry REGISTRY = new Registry();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (long i = 0; i < n; i++) REGISTRY.byId.put(i, new Session("user-" + i));
        Leak.dump();
    }
}
