"""A Flask application with SQLAlchemy that forgets to end database sessions: a
registry knows those that are open."""

import threading

from flask import Flask, g, jsonify
from sqlalchemy import ForeignKey, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import StaticPool
from werkzeug.serving import make_server

import urllib.request

import leak


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    orders: Mapped[list["Order"]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "order_"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")


engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
app = Flask(__name__)
OPEN = {}


@app.route("/orders/<int:number>")
def orders(number):
    g.session = session = Session(engine)
    OPEN["request-%d" % number] = session  # and never taken out
    g.customer = customer = session.get(Customer, number % 200 + 1)
    session.info["customer"] = customer
    return jsonify([o.id for o in customer.orders])


def fill():
    with Session(engine) as session:
        for i in range(200):
            session.add(Customer(name="c%d" % i, orders=[Order() for _ in range(3)]))
        session.commit()


Base.metadata.create_all(engine)
fill()
server = make_server("127.0.0.1", 0, app)
threading.Thread(target=server.serve_forever, daemon=True).start()
for i in range(leak.n(400)):
    with urllib.request.urlopen("http://127.0.0.1:%d/orders/%d" % (server.port, i)) as r:
        r.read()
leak.ready()
