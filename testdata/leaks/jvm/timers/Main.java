import java.util.*;
import java.util.concurrent.*;

/** Timer tasks that are scheduled for a day that is far away. */
public class Main {
    static class Reminder extends TimerTask {
        final byte[] text = new byte[200];
        public void run() { }
    }
    static final Timer TIMER = new Timer("reminders", true);

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) TIMER.schedule(new Reminder(), 1L << 40);
        Leak.dump();
    }
}
