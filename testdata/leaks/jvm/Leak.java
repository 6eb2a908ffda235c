import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** What all programs of the corpus share. */
public class Leak {
    /** How many times as much leaks. */
    static int scale() {
        return Integer.parseInt(System.getenv().getOrDefault("LEAK_SCALE", "1"));
    }

    /** Writes the heap dump and ends the program, whatever its threads do. */
    static void dump() throws Exception {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(System.getenv("LEAK_DUMP"), false);
        Runtime.getRuntime().halt(0);
    }
}
