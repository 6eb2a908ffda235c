import java.util.*;
import java.util.concurrent.*;

/** A map of maps. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final Map<String, Map<String, Session>> TENANTS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) {
            TENANTS.computeIfAbsent("tenant-" + i % 200, k -> new HashMap<>()).put("user-" + i, new Session("user-" + i));
        }
        Leak.dump();
    }
}
