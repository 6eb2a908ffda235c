import java.util.*;
import java.util.concurrent.*;

/** A concurrent sorted map. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final ConcurrentNavigableMap<Long, Session> BY_TIME = new ConcurrentSkipListMap<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (long i = 0; i < n; i++) BY_TIME.put(i, new Session("user-" + i));
        Leak.dump();
    }
}
