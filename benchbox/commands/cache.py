"""`benchbox cache`: what run folders share."""

import typer

from benchbox.errors import one_line


def add_to(app: typer.Typer) -> None:
    cache = typer.Typer(name="cache", help="Trained systems that run folders share.", no_args_is_help=True)
    cache.command("ls")(show)
    cache.command("clear")(clear)
    app.add_typer(cache)


def show() -> None:
    """List the trained systems in the cache, the latest first, with their sizes."""
    from benchbox.render.numbers import file_size
    from benchbox.systems.shared import shared_folder, shared_systems

    found = list(shared_systems())
    for shared in found:
        what = shared.trained.spec if shared.trained else "damaged: it is trained again"
        print(f"{file_size(shared.size):>8}  {one_line(shared.path.name)}  {one_line(what)}")
    total = file_size(sum(shared.size for shared in found))
    print(f"{len(found)} trained systems, {total}, in {one_line(str(shared_folder() or 'no folder'))}")


def clear() -> None:
    """Delete them. Run folders keep theirs."""
    from benchbox.systems.shared import clear_shared, shared_folder

    print(f"{clear_shared()} trained systems deleted in {one_line(str(shared_folder() or 'no folder'))}")
