import java.lang.ref.Cleaner;
import java.util.*;

/** Cleanups that wait for a Cleaner's thread, which the first of them blocks. */
public class Main {
    static final Cleaner CLEANER = Cleaner.create();

    static class Handle implements Runnable {
        final byte[] state = new byte[1000];
        public void run() { try { Thread.sleep(1_000_000); } catch (InterruptedException e) { } }
    }

    public static void main(String[] args) throws Exception {
        int n = 4000 * Leak.scale();
        for (int i = 0; i < n; i++) CLEANER.register(new Object(), new Handle());
        for (int i = 0; i < 5; i++) { System.gc(); Thread.sleep(200); }
        Leak.dump();
    }
}
