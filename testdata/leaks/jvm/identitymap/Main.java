import java.util.*;
import java.util.concurrent.*;

/** A static IdentityHashMap. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final Map<Session, String> SEEN = new IdentityHashMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) SEEN.put(new Session("user-" + i), "seen");
        Leak.dump();
    }
}
