"""`benchbox leaderboard --published`: figures from the literature below a table."""

from benchbox.errors import BadSuite


def quoted_below(name: str | None, form: str) -> str:
    """Return what stands below a table of figures that others published; nothing without a name.

    Raises:
        UnknownName: nothing is known of that test set.
        BadSuite: the format is one for programs, which would take the figures for measured ones.
    """
    from benchbox.leaderboard.published import published
    from benchbox.render.published import below

    if name is None:
        return ""
    figures = published(name)
    if form not in ("rich", "markdown"):
        raise BadSuite(f"--published is shown in rich and markdown, not in {form}: leave one out")
    return below(figures, markdown=form == "markdown")
