import java.util.*;
import java.util.concurrent.*;

/** Files that are opened and never closed. */
public class Main {
    static final List<java.io.InputStream> OPEN = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        int n = 120 * Leak.scale();
        for (int i = 0; i < n; i++) OPEN.add(new java.io.FileInputStream("/proc/self/status"));
        for (int i = 0; i < 500; i++) new java.io.FileInputStream("/proc/self/status").close();
        Leak.dump();
    }
}
