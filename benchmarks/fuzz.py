"""Fuzzer: thousands of harmed files through everything that reads a visitor's.

    python -m benchmarks.fuzz --inputs 10000 --seed 0

Another process does the reading, with little memory to spare; this one watches the clock. An input that is
neither read nor refused in a sentence is a finding: it is printed with its number, from which it is made
again (``--only NUMBER``), and the exit status is 1.
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS = 5.0  # of processor time, the most for one input
PATIENCE = 60.0  # seconds on the clock before a reader counts as hung
SPARE_BYTES = 1_500_000_000  # of address space, over what the imports take
MOST_SENTENCE = 700  # characters
FINE = ("read", "refused")
VISITOR = "0" * 32


@dataclass(frozen=True)
class Result:
    """Outcome of an input: read, refused, or a finding with its story."""

    number: int
    kind: str
    harm: str
    outcome: str
    story: str
    seconds: float


def main(argv: list[str] | None = None) -> list[Result]:
    """Run, print, and give all results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="the number of a single input")
    options = parser.parse_args(argv)
    numbers = range(options.inputs) if options.only is None else range(options.only, options.only + 1)
    started = time.monotonic()
    results = list(run(options.seed, numbers))
    _report(results, time.monotonic() - started)
    return results


def run(seed: int, numbers: range):
    """A result for every number; a reader that hangs or dies gives one, and is replaced."""
    rest = numbers
    while rest:
        with _reader(seed, rest) as (process, pipe):
            for number in rest:
                result = _next_result(process, pipe, number)
                rest = rest[1:]
                yield result
                if result.outcome in ("slow", "died"):
                    break


@contextmanager
def _reader(seed: int, numbers: range):
    """The process that reads, ready, and the pipe of its results."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_read_all, args=(seed, numbers, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        pipe.recv()  # imported and ready
        yield process, pipe
    finally:
        process.kill()
        process.join()
        pipe.close()


def _next_result(process, pipe, number: int) -> Result:
    try:
        if pipe.poll(PATIENCE):
            return pipe.recv()
        return Result(number, "?", "?", "slow", f"no answer after {PATIENCE:.0f} s", PATIENCE)
    except EOFError:
        process.join()
        return Result(number, "?", "?", "died", f"exit status {process.exitcode}", 0.0)


# In the process that reads


def _read_all(seed: int, numbers: range, pipe) -> None:
    from autoencoder.data.readers.read import quiet_parsers
    from autoencoder.model.runtime import use_one_thread
    from benchmarks.mutations import make_input

    use_one_thread()
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as folder,
        open(f"{folder}/stderr", "w+b") as printed,
    ):
        os.dup2(printed.fileno(), 2)
        warnings.simplefilter("always")
        quiet_parsers()  # as the server does
        make_input(seed, 0)
        _limit_memory()
        pipe.send("ready")
        for number in numbers:
            pipe.send(_examine(number, make_input(seed, number), Path(folder, "state"), printed))


def _limit_memory() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():
        import resource

        used = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + SPARE_BYTES, resource.RLIM_INFINITY))


def _examine(number: int, given, folder: Path, printed) -> Result:
    from autoencoder.errors import LatentSpaceError

    printed.truncate(0)
    printed.seek(0)
    started = time.process_time()  # a busy machine makes no input slow
    try:
        _use(given, folder)
        outcome, story = "read", ""
    except LatentSpaceError as error:
        outcome, story = _judged(error, folder)
    except MemoryError:
        outcome, story = "memory", traceback.format_exc()
    except Exception:
        outcome, story = "unhandled", traceback.format_exc()
    seconds = time.process_time() - started
    sys.stderr.flush()
    if outcome in FINE and os.fstat(printed.fileno()).st_size:
        outcome, story = "printed", os.pread(printed.fileno(), 2_000, 0).decode(errors="replace")
    if outcome in FINE and seconds > SECONDS:
        outcome, story = "slow", f"{seconds:.1f} s"
    if outcome == "refused" and any(path.is_file() for path in folder.rglob("*")):
        outcome, story = "left behind", ", ".join(map(str, folder.rglob("*")))
    shutil.rmtree(folder, ignore_errors=True)
    return Result(number, given.kind, given.harm, outcome, story, seconds)


def _judged(error: Exception, folder: Path) -> tuple[str, str]:
    """Outcome and story of a refusal, which must be one short printable line without the server's folders."""
    text, cause = str(error), error
    while cause := cause.__cause__ or cause.__context__:
        if isinstance(cause, MemoryError):
            return "memory", text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "bad sentence", ascii(text)
    is_good = text.isprintable() and text.endswith(".") and 20 < len(text) <= MOST_SENTENCE
    return ("refused", text) if is_good and str(folder) not in text else ("bad sentence", text)


def _use(given, folder: Path) -> None:
    """Use an upload as the pages do."""
    from autoencoder.data.dataset import Dataset
    from autoencoder.data.loading import load_upload
    from autoencoder.data.readers.pictures import read_pictures
    from ui.storage.models import import_model, proposed_name
    from ui.storage.workspace import Workspace

    workspace = Workspace(folder, VISITOR)
    if given.kind == "model folder":
        _use_model_folder(workspace, dict(given.files))
    elif given.kind == "model zip":
        [(name, data)] = given.files
        proposed = proposed_name(workspace.models, data, name)
        _use_model(workspace, import_model(workspace.models, data, proposed).name)
    elif given.kind == "pictures":
        _use_images(workspace, Dataset("pictures", "all", *read_pictures(given.files)))
    else:
        images, *labels = given.files
        _use_images(workspace, load_upload(*images, *labels))


def _use_images(workspace, dataset) -> None:
    import numpy as np

    from autoencoder.data.readers.pictures import looks_inverted

    looks_inverted(dataset.images)
    kept = workspace.images.save(dataset, workspace.images.free_name(dataset.name))
    loaded = workspace.images.load(kept)
    assert loaded.fingerprint == dataset.fingerprint and loaded.images.shape[1:] == (28, 28)
    assert loaded.class_names == dataset.class_names
    if dataset.labels is not None:
        _encodes(*(dataset.class_names[label] for label in np.unique(dataset.labels)))


def _use_model_folder(workspace, files: dict[str, bytes]) -> None:
    """Use a copied folder, which a list of models skips if it is none."""
    from autoencoder.errors import CheckpointError
    from ui.storage.models import model_infos

    folder = workspace.models.folder / "copied"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    listed = [info.name for info in model_infos(workspace.models)]
    try:
        _use_model(workspace, "copied")
        assert listed == ["copied"]
    except CheckpointError as error:
        # On the command line the folder belongs in the message.
        raise CheckpointError(str(error).replace(str(folder), "folder")) from error.__cause__
    finally:
        shutil.rmtree(folder)


def _use_model(workspace, name: str) -> None:
    import numpy as np

    from autoencoder.checkpoint.codes import codes_of_atlas
    from autoencoder.checkpoint.replay import read_replay
    from autoencoder.figures.pictures import png
    from autoencoder.latent.projection import project
    from ui.components.wire import replay_bundle
    from ui.storage.models import export_model, model_infos
    from ui.views.train.models import _facts
    from ui.widgets.choice import _model_facts
    from ui.widgets.replay import _what_is_drawn

    loaded = workspace.models.load(name)
    [info] = model_infos(workspace.models)
    codes = codes_of_atlas(loaded)
    some = loaded.model.decode(codes.latents[:4])
    png(some[0])
    round_trip = loaded.model.encode(some)
    assert round_trip.shape == (len(some), loaded.model.latent_dim) and np.isfinite(some).all()
    project(codes.latents, "auto")
    export_model(workspace.models, name)
    replay = read_replay(info.folder)
    if replay is not None and len(replay):
        replay_bundle(replay)
        _encodes(_what_is_drawn(replay), *replay.class_names)
    _encodes(_facts(info), _model_facts(info), codes.dataset, *map(codes.class_of, range(len(codes.rows))))


def _encodes(*texts: str) -> None:
    """Raise UnicodeEncodeError for text that would break a page."""
    for text in texts:
        text.encode()


def _report(results: list[Result], seconds: float) -> None:
    findings = [result for result in results if result.outcome not in FINE]
    for result in findings[:20]:
        print(f"--only {result.number}: {result.outcome} ({result.kind}; {result.harm})\n{result.story}\n")
    print(f"{len(results):,} inputs in {seconds:.0f} s, at most {SECONDS:.0f} s and 1.5 GB each")
    for outcome, count in Counter(result.outcome for result in results).most_common():
        print(f"{count:>7,} {outcome}")
    for kind in sorted({result.kind for result in results}):
        of_kind = [result.outcome for result in results if result.kind == kind]
        print(f"{kind:>20}: {of_kind.count('read'):,} read, {of_kind.count('refused'):,} refused")
    slowest = max(results, key=lambda result: result.seconds)
    origin = f"--only {slowest.number} ({slowest.kind}; {slowest.harm})"
    print(f"slowest: {1e3 * slowest.seconds:.0f} ms, {origin}")
    print(f"{len(findings)} findings")


if __name__ == "__main__":
    sys.exit(any(result.outcome not in FINE for result in main()))
