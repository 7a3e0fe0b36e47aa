"""A collector that acknowledges before it commits, as many do: the harness must find out."""

from besok.model.readings import Message
from collectors.writer import Writer


class Hasty(Writer):
    """Acknowledges what it has received and commits it some time later."""

    def run(self) -> None:
        store = self._store

        def late(messages: object) -> None:
            self.acknowledge(taken)
            self.stop.wait(0.5)
            store(messages)  # type: ignore[arg-type]

        taken: list[Message] = []
        take = self.inbox.take

        def remembered(limit: int) -> list[Message]:
            taken[:] = take(limit)
            return list(taken)

        self._store, self.inbox.take = late, remembered  # type: ignore[method-assign]
        super().run()


if __name__ == "__main__":
    from cli.main import main
    from collectors import collector

    collector.Writer = Hasty  # type: ignore[attr-defined]
    main()
