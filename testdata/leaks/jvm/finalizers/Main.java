import java.util.*;
import java.util.concurrent.*;

/** Objects that wait for a finalizer that does not come on. */
public class Main {
    static class Connection {
        final byte[] buffer = new byte[1000];
        protected void finalize() throws Exception { Thread.sleep(1_000_000); }
    }

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n / 10; i++) new Connection();
        System.gc();
        Thread.sleep(1000);
        Leak.dump();
    }
}
