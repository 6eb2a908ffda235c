package feed

import kotlinx.coroutines.*
import kotlinx.coroutines.channels.*
import kotlinx.coroutines.flow.*

class Event(val id: Int, val text: String) { val payload = ByteArray(100) }

/** Events for a consumer. With LEAK it does not keep up, and the channel has no bound. */
object Feed {
    val events = Channel<Event>(Channel.UNLIMITED)
    val latest = MutableStateFlow(0)
    val seen = mutableMapOf<Int, String>()
}

suspend fun consume() {
    val slow = System.getenv("LEAK") != null
    for (e in Feed.events) {
        Feed.latest.value = e.id
        if (slow) delay(10_000)
    }
}

fun main() = runBlocking {
    val scope = CoroutineScope(Dispatchers.Default)
    scope.launch { consume() }
    repeat(200) { n -> scope.launch { Feed.latest.collect { if (it < 0) println(n) } } }
    for (i in 0 until 30_000) Feed.events.send(Event(i, "event $i"))
    if (System.getenv("LEAK") == null) while (Feed.latest.value < 29_999) delay(10)
    println("READY")
    delay(600_000)
}
