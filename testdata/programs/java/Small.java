import java.util.*;
import java.util.concurrent.*;
import java.lang.ref.*;
public class Small {
  static class Session { final String user; final byte[] data=new byte[24]; Session next; Session(String u){user=u;} }
  enum Color { RED, GREEN }
  static final Map<String,Session> SESSIONS=new HashMap<>();
  static final Map<Object,Color> WEAK=new WeakHashMap<>();
  static final ThreadLocal<Session> CTX=new ThreadLocal<>();
  static final List<Runnable> listeners=new CopyOnWriteArrayList<>();
  static Object[][] grid=new Object[3][2];
  static SoftReference<Session> soft; static WeakReference<Session> weak; static PhantomReference<Session> phantom;
  public static void main(String[] a) throws Exception {
    for(int i=0;i<30;i++) SESSIONS.put("user-"+i,new Session("user-"+i));
    WEAK.put(SESSIONS.get("user-1"),Color.RED);
    grid[1][1]=SESSIONS;
    Session s=new Session("local"); soft=new SoftReference<>(new Session("soft")); weak=new WeakReference<>(s); phantom=new PhantomReference<>(s,new ReferenceQueue<>());
    Thread t=new Thread(()->{ CTX.set(new Session("thread-local")); Session mine=new Session("in worker"); synchronized(mine){ try{Thread.sleep(Long.MAX_VALUE);}catch(InterruptedException e){} System.out.println(mine.user);} },"worker-1");
    t.setDaemon(true); t.start();
    int n=a.length; listeners.add(()->System.out.println(n));
    Thread.sleep(200);
    System.out.println("READY"); System.in.read();
    System.out.println(s.user+soft+weak);
  }
}
