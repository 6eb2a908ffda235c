import java.util.*;
import java.util.concurrent.*;

/** A map of maps of lists. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final Map<String, Map<String, List<Session>>> TENANTS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) {
            TENANTS.computeIfAbsent("tenant-" + i % 50, k -> new HashMap<>())
                .computeIfAbsent("room-" + i % 700, k -> new ArrayList<>()).add(new Session("user-" + i));
        }
        Leak.dump();
    }
}
