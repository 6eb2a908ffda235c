import java.util.*;
import java.util.concurrent.*;

/** Sessions that are in two static maps. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final Map<String, Session> BY_NAME = new HashMap<>();
    static final Map<Integer, Session> BY_ID = new HashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) {
            Session s = new Session("user-" + i);
            BY_NAME.put(s.user, s);
            BY_ID.put(i, s);
        }
        Leak.dump();
    }
}
