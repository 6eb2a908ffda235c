import java.util.*;
import java.util.concurrent.*;

/** A static list that only grows. */
public class Main {
    static class Session {
        final String user;
        final byte[] data = new byte[100];
        Session(String user) { this.user = user; }
    }

    static final List<Session> HISTORY = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) HISTORY.add(new Session("user-" + i));
        Leak.dump();
    }
}
