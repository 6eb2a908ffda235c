import java.io.File;
import java.util.*;

/** Temporary files that are deleted, but whose paths File.deleteOnExit keeps. */
public class Main {
    public static void main(String[] args) throws Exception {
        int n = 20000 * Leak.scale();
        String folder = "x".repeat(100);
        for (int i = 0; i < n; i++) new File("/tmp/" + folder + "/upload-" + i).deleteOnExit();
        Leak.dump();
    }
}
