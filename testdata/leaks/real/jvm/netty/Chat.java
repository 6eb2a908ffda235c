package chat;

import com.github.benmanes.caffeine.cache.*;
import com.google.common.cache.CacheBuilder;
import io.netty.bootstrap.*;
import io.netty.buffer.*;
import io.netty.channel.*;
import io.netty.channel.nio.*;
import io.netty.channel.socket.*;
import io.netty.channel.socket.nio.*;
import io.netty.handler.codec.http.*;
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;

/**
 * A server on Netty with bounded caches of Caffeine, Guava and the JDK, which are full,
 * and a table of H2. With LEAK it never forgets the users whose connections are closed.
 */
public class Chat {
    static final Map<ChannelId, User> USERS = new ConcurrentHashMap<>();
    static final Cache<String, byte[]> PAGES = Caffeine.newBuilder().maximumSize(2000).build();
    static final com.google.common.cache.Cache<String, byte[]> AVATARS = CacheBuilder.newBuilder().maximumSize(1500).build();
    static final Map<String, byte[]> RECENT = new LinkedHashMap<>(16, 0.75f, true) {
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) { return size() > 1200; }
    };

    static class User {
        final String name;
        final List<String> said = new ArrayList<>();
        final byte[] inbox = new byte[2000];
        User(String name) { this.name = name; }
    }

    static class Handler extends SimpleChannelInboundHandler<HttpRequest> {
        @Override public void channelActive(ChannelHandlerContext c) {
            USERS.put(c.channel().id(), new User("user-" + USERS.size()));
        }
        @Override protected void channelRead0(ChannelHandlerContext c, HttpRequest r) {
            User u = USERS.get(c.channel().id());
            for (int k = 0; k < 10; k++) u.said.add(r.uri() + k);
            c.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.copiedBuffer("ok", java.nio.charset.StandardCharsets.UTF_8)))
                .addListener(ChannelFutureListener.CLOSE);
        }
        @Override public void channelInactive(ChannelHandlerContext c) {
            if (System.getenv("LEAK") == null) USERS.remove(c.channel().id());
        }
    }

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 5000; i++) {
            PAGES.put("page-" + i, new byte[300]);
            AVATARS.put("avatar-" + i, new byte[300]);
            RECENT.put("recent-" + i, new byte[300]);
        }
        var db = java.sql.DriverManager.getConnection("jdbc:h2:mem:chat;CACHE_SIZE=1024");
        db.createStatement().execute("create table said(id int primary key, text varchar(100)) as select x, 'word ' || x from system_range(1, 5000)");
        var group = new NioEventLoopGroup(2);
        Channel server = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class).childHandler(new ChannelInitializer<SocketChannel>() {
            @Override protected void initChannel(SocketChannel c) { c.pipeline().addLast(new HttpServerCodec(), new Handler()); }
        }).bind("127.0.0.1", 0).sync().channel();
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        for (int i = 0; i < 3000; i++) {
            try (Socket s = new Socket("127.0.0.1", port)) {
                s.getOutputStream().write(("GET /say/" + i + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes());
                s.getInputStream().readAllBytes();
            }
        }
        System.out.println("READY");
        Thread.sleep(600_000);
        db.close();
    }
}
