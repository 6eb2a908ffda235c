"""SQLAlchemy's ORM on SQLite, with sessions that are closed."""

from sqlalchemy import ForeignKey, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

import leak


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    orders: Mapped[list["Order"]] = relationship(back_populates="user")


class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship(back_populates="orders")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
for i in range(leak.n(100)):
    with Session(engine) as session:
        session.add_all([User(name="u%d.%d" % (i, k), orders=[Order(), Order()]) for k in range(10)])
        session.commit()
for i in range(leak.n(100)):
    with Session(engine) as session:
        for user in session.scalars(select(User).where(User.id > i).limit(20)):
            assert len(user.orders) == 2

leak.dump()
