import java.util.*;
import java.util.concurrent.*;

/** A static map that nothing is removed from. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final Map<String, Session> SESSIONS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) SESSIONS.put("user-" + i, new Session("user-" + i));
        Leak.dump();
    }
}
