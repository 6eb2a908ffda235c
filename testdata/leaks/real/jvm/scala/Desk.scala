package desk

import scala.collection.mutable
import scala.collection.concurrent.TrieMap

case class Ticket(id: Int, title: String, tags: List[String], notes: Vector[String])

/** Tickets in immutable and mutable collections. With LEAK closed ones stay in the map. */
object Desk {
  val open = TrieMap.empty[Int, Ticket]
  val byTag = mutable.HashMap.empty[String, Set[Int]]
  var recent: List[Int] = Nil

  def main(args: Array[String]): Unit = {
    val leak = System.getenv("LEAK") != null
    for (i <- 0 until 20000) {
      open.put(i, Ticket(i, s"ticket $i", List(s"tag-${i % 50}", "all"), Vector.tabulate(3)(k => s"note $i $k")))
      byTag.update(s"tag-${i % 50}", byTag.getOrElse(s"tag-${i % 50}", Set.empty[Int]).take(20) + i)
      recent = (i :: recent).take(100)
      if (!leak) open.remove(i)
    }
    println("READY")
    Thread.sleep(600000)
  }
}
