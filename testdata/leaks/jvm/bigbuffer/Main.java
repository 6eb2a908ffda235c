import java.util.*;
import java.util.concurrent.*;

/** One buffer that grew far too large. */
public class Main {
    static byte[] buffer = new byte[16];

    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        buffer = Arrays.copyOf(buffer, n * 400);
        Leak.dump();
    }
}
