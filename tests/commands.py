"""The `besok` command in the test's own process, which has loaded what it needs."""

from typer.testing import CliRunner, Result

from cli.main import app


def besok(database_url: str, *arguments: str, answer: str = "") -> Result:
    """Run a command on a database; what it asks is given the answer."""
    return CliRunner().invoke(app, arguments, input=answer, env={"BESOK_DATABASE_URL": database_url})


def complaint(done: Result) -> str:
    """Return what a command complained of, without the box around it."""
    return " ".join(done.stderr.replace("│", " ").split())
