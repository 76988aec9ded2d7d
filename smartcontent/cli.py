"""The command line.  Each command loads what it needs when it runs, so `--help` is quick."""

import sys
from enum import StrEnum
from importlib import import_module
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from smartcontent.errors import SmartContentError

app = typer.Typer(
    help="SmartContent: from one article to the right post for the right people, and learn.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # its boxes take as long as everything else in `--help` together
)
campaign = typer.Typer(help="Run campaigns.", no_args_is_help=True)
events = typer.Typer(help="Bring engagement in.", no_args_is_help=True)
replay = typer.Typer(help="Play real experiments through the product.", no_args_is_help=True)
app.add_typer(campaign, name="campaign")
app.add_typer(events, name="events")
app.add_typer(replay, name="replay")
learning = typer.Typer(help="Who decides, and on what evidence.", no_args_is_help=True)
app.add_typer(learning, name="learn")
model = typer.Typer(help="A language model on this machine.", no_args_is_help=True)
app.add_typer(model, name="model")

voice = typer.Typer(help="How you word things: rules learned and given.", no_args_is_help=True)
app.add_typer(voice, name="voice")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
Source = Annotated[
    str,
    typer.Argument(
        help="An article: a file (Markdown, HTML, text, PDF, DOCX, SRT, VTT) or an address."
    ),
]
Seed = Annotated[int, typer.Option(help="Same seed, same run.")]
Policy = Annotated[str, typer.Argument(help="The policy's name, see learn status.")]
Rule = Annotated[str, typer.Argument(help="The rule's id, or how it ends; see voice list.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on (default 8000).")]


class From(StrEnum):
    """Where a model's file comes from; its SHA-256 decides either way."""

    hub = "hub"
    packages = "packages"


class Asked(StrEnum):
    """Who of the demo's audience allows personalisation."""

    none = "none"
    all = "all"


def start(command: str, **options: Any) -> None:
    """Load a command's module and run it."""
    import_module(f"smartcontent.commands.{command}").run(**options)


@app.command()
def up(
    port: Port = None,
    demo: Annotated[bool, typer.Option(help="Fill an empty database with a demo.")] = True,
    once: Annotated[bool, typer.Option(help="Stop when everything answers.")] = False,
) -> None:
    """Start everything; the first time with a demo."""
    start("up", port=port, demo=demo, once=once)


@app.command()
def down() -> None:
    """Stop the embedded database, the vector server and the language model."""
    start("down")


@app.command()
def serve(port: Port = None) -> None:
    """Start the server alone."""
    start("serve", port=port)


@app.command()
def worker() -> None:
    """Start a worker alone; as many as you like."""
    start("worker")


@campaign.command("run")
def campaign_run(
    source: Source,
    platform: Annotated[list[str] | None, typer.Option(help="Where to, repeatable.")] = None,
    posts: Annotated[int, typer.Option(min=1, max=10, help="How many posts.")] = 3,
    at: Annotated[str | None, typer.Option(help="Not before this time (ISO 8601).")] = None,
    tone: Annotated[
        list[str] | None,
        typer.Option(help="As in warm, or SEGMENT=warm for one segment; repeatable."),
    ] = None,
    approve: Annotated[bool, typer.Option(help="Approve every post without asking.")] = False,
    json: Json = False,
) -> None:
    """Run a whole campaign on one article and show what came out."""
    start(
        "campaign",
        source=source,
        platforms=platform,
        posts=posts,
        at=at,
        tones=tone,
        approve=approve,
        json=json,
    )


@campaign.command("show")
def campaign_show(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")], json: Json = False
) -> None:
    """Show a campaign: its steps, its posts, and what was overridden."""
    start("show_campaign", campaign=campaign, json=json)


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A post in a text file; - reads what is typed.")],
    platform: Annotated[str, typer.Option(help="Where it is to be posted.")] = "sandbox",
    source: Annotated[
        str | None, typer.Option(help="The article it is about: a file or an address.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Asked for, as in en or es.")] = None,
    json: Json = False,
) -> None:
    """Check any text; exit status 1 when something has to be mended."""
    start("check", file=file, platform=platform, source=source, language=language, json=json)


@app.command()
def analyse(source: Source, json: Json = False) -> None:
    """Say what an article is about: language, topics, key sentences, claims, tone."""
    start("look", what="analyse", source=source, json=json)


@app.command()
def propose(
    source: Source,
    platform: Annotated[str, typer.Option(help="Where to, see platforms.")] = "sandbox",
    strategy: Annotated[
        list[str] | None, typer.Option(help="How, repeatable, see strategies.")
    ] = None,
    tone: Annotated[str | None, typer.Option(help="Asked for, as in warm or curious.")] = None,
    json: Json = False,
) -> None:
    """Draft posts of an article, checked against it; nothing is stored."""
    asked = {"platform": platform, "strategy": strategy, "tone": tone}
    start("look", what="propose", source=source, json=json, **asked)


@app.command()
def platforms(json: Json = False) -> None:
    """List what can be written for, with its limits; * can be published to."""
    start("look", what="platforms", json=json)


@app.command()
def strategies(json: Json = False) -> None:
    """List the ways a post can be written in."""
    start("look", what="strategies", json=json)


@events.command("import")
def events_import(
    file: Annotated[Path, typer.Argument(help="CSV with at least: id, kind, occurred_at.")],
    json: Json = False,
) -> None:
    """Import engagement events; bad rows are reported by line, good rows are kept."""
    start("import_events", file=file, json=json)


@app.command()
def chat(
    message: Annotated[str | None, typer.Argument(help="Leave out to talk.")] = None,
    json: Json = False,
) -> None:
    """Talk with the assistant."""
    start("chat", message=message, json=json)


@app.command()
def decide(
    action: Annotated[list[str], typer.Argument(help="At least two, as id or id:key=value,…")],
    context: Annotated[list[str] | None, typer.Option(help="key=value, repeatable.")] = None,
    subject: Annotated[str | None, typer.Option(help="Your id of the visitor.")] = None,
    json: Json = False,
) -> None:
    """Ask for one decision."""
    start("decide", actions=action, context=context, subject=subject, json=json)


@app.command()
def demo(
    favour: Annotated[str | None, typer.Option(help="What it prefers (story).")] = None,
    constant: Annotated[bool, typer.Option(help="Everything is clicked.")] = False,
    null: Annotated[bool, typer.Option(help="A/A: nothing makes a difference.")] = False,
    consent: Annotated[Asked, typer.Option(help="Who allows personalisation.")] = Asked.all,
    then_revoke: Annotated[bool, typer.Option(help="Everyone revokes at the end.")] = False,
    visitors: Annotated[int, typer.Option(min=50, help="How many visits.")] = 1500,
    seed: Seed = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many worlds, one seed each.")] = 1,
    json: Json = False,
) -> None:
    """Play a small world through the real path."""
    start(
        "demo",
        favour=favour,
        constant=constant,
        null=null,
        consent=consent.value,
        then_revoke=then_revoke,
        visitors=visitors,
        seed=seed,
        seeds=seeds,
        json=json,
    )


@replay.command("upworthy")
def replay_upworthy(
    data: Annotated[Path, typer.Argument(help="Folder with packages.csv.gz.")],
    tests: Annotated[int, typer.Option(min=1, help="How many A/B tests.")] = 40,
    impressions: Annotated[int, typer.Option(min=10, help="Per arm.")] = 200,
    policy: Annotated[str, typer.Option(help="The kind of policy that decides.")] = "campaign",
    seed: Seed = 1,
    json: Json = False,
) -> None:
    """Play real headline A/B tests through decide, event and reward; print the lift."""
    asked = {"tests": tests, "impressions": impressions, "policy": policy, "seed": seed}
    start("replay", data=data, json=json, **asked)


@learning.command("status")
def learn_status(json: Json = False) -> None:
    """Who is in charge, what learning earned, and how the learner is."""
    start("learn", what="status", json=json)


@learning.command("shadow")
def learn_shadow(
    name: Annotated[str, typer.Argument(help="A name of its own.")],
    kind: Annotated[str, typer.Option(help="Which policy.")],
    setting: Annotated[list[str] | None, typer.Option(help="key=value, repeatable.")] = None,
    since: Annotated[int, typer.Option(min=0, help="Learn from this position on.")] = 0,
    json: Json = False,
) -> None:
    """Let another policy learn in the shadow."""
    asked = {"name": name, "kind": kind, "settings": setting or [], "since": since}
    start("learn", what="shadow", json=json, **asked)


@learning.command("evaluate")
def learn_evaluate(name: Policy, json: Json = False) -> None:
    """Play the log to a shadow and to the policy in charge, and compare."""
    start("learn", what="evaluate", name=name, json=json)


@learning.command("evaluations")
def learn_evaluations(json: Json = False) -> None:
    """What was measured so far."""
    start("learn", what="evaluations", json=json)


@learning.command("promote")
def learn_promote(name: Policy, json: Json = False) -> None:
    """Put a shadow in charge, if its evaluation says that it earns more."""
    start("learn", what="promote", name=name, json=json)


@learning.command("rollback")
def learn_rollback(json: Json = False) -> None:
    """Undo the latest promotion."""
    start("learn", what="rollback", json=json)


@learning.command("replay")
def learn_replay(json: Json = False) -> None:
    """Learn the whole log again and compare with the state that is kept."""
    start("learn", what="replay", json=json)


@model.command("install")
def model_install(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    mirror: Annotated[From | None, typer.Option("--from", help="Only from there.")] = None,
    json: Json = False,
) -> None:
    """Bring a small open model (1.1 GB) that writes with no key; goes on where it stopped."""
    start("model", what="install", yes=yes, mirror=mirror and mirror.value, json=json)


@model.command("status")
def model_status(json: Json = False) -> None:
    """Whether a model is installed, whole and running, and who writes."""
    start("model", what="status", json=json)


@model.command("budget")
def model_budget(
    tokens: Annotated[int | None, typer.Option(min=0, help="Most tokens in a month.")] = None,
    cost: Annotated[float | None, typer.Option(min=0, help="Most money in a month.")] = None,
    unlimited: Annotated[bool, typer.Option("--unlimited", help="No limits.")] = False,
    json: Json = False,
) -> None:
    """What the language model may cost your workspace in a month, and what it has."""
    start("budget", tokens=tokens, cost=cost, unlimited=unlimited, json=json)


@model.command("remove")
def model_remove(json: Json = False) -> None:
    """Stop the model's server and delete its file."""
    start("model", what="remove", json=json)


@voice.command("list")
def voice_list(json: Json = False) -> None:
    """Every rule, what it rests on, and how many posts are kept as examples."""
    start("voice", what="list", json=json)


@voice.command("add")
def voice_add(
    kind: Annotated[str, typer.Argument(help="Such as avoid, replace, hashtags, manner.")],
    about: Annotated[str, typer.Argument(help="The words, or the rule itself.")] = "",
    instead: Annotated[str, typer.Option(help="What to say in their place.")] = "",
    most: Annotated[int | None, typer.Option(min=0, help="The most there may be.")] = None,
    json: Json = False,
) -> None:
    """A rule of your own."""
    asked = {"kind": kind, "about": about, "instead": instead, "most": most}
    start("voice", what="add", json=json, **asked)


@voice.command("off")
def voice_off(rule: Rule, json: Json = False) -> None:
    """Switch a rule off; nothing learned switches it on again."""
    start("voice", what="off", rule=rule, json=json)


@voice.command("on")
def voice_on(rule: Rule, json: Json = False) -> None:
    """Switch a rule on."""
    start("voice", what="on", rule=rule, json=json)


@voice.command("delete")
def voice_delete(rule: Rule, json: Json = False) -> None:
    """Delete a rule; it is not learned again."""
    start("voice", what="delete", rule=rule, json=json)


@voice.command("bring")
def voice_bring(
    file: Annotated[str, typer.Argument(help="Your own posts in a text file, --- between them.")],
    json: Json = False,
) -> None:
    """Bring posts of your own to learn from."""
    start("voice", what="bring", file=file, json=json)


@app.command()
def doctor(json: Json = False) -> None:
    """Check every setting and say what to do."""
    start("doctor", json=json)


def main() -> None:
    """Run, and say a known problem plainly instead of with a traceback.  Exit status 2 then."""
    try:
        app()
    except SmartContentError as problem:
        tell(problem, json="--json" in sys.argv[1:])
        raise SystemExit(2) from None


def tell(problem: SmartContentError, *, json: bool) -> None:
    """A problem for people on stderr; with `json` also for scripts, as stdout's last line."""
    typer.secho(f"{problem.code}: {problem.detail}", fg="red", err=True)
    if problem.todo:
        typer.secho(f"What to do: {problem.todo}", err=True)
    if json:
        said = {name: getattr(problem, name) for name in ("code", "detail", "todo", "facts")}
        typer.echo(dumps({"problem": said}, default=str))
