import java.util.*;
import java.util.concurrent.*;

/** A queue that is filled faster than it is emptied. */
public class Main {
    static class Event {
        final byte[] body = new byte[100];
    }
    static final BlockingQueue<Event> EVENTS = new LinkedBlockingQueue<>();

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) EVENTS.put(new Event());
        Leak.dump();
    }
}
