import java.util.*;
import java.util.concurrent.*;

/** A list of a program's own nodes. */
public class Main {
    static class Change {
        final byte[] diff = new byte[100];
        Change previous;
    }
    static Change last;

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        for (int i = 0; i < n; i++) {
            Change c = new Change();
            c.previous = last;
            last = c;
        }
        Leak.dump();
    }
}
