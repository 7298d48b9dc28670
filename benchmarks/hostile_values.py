"""Values that break readers: names, numbers, shapes and types, which the fuzzer puts into valid files."""

PATHS = ("images.npz", "", ".", "../../etc/passwd", "C:\\images.npz")
SIGNS = ("a\0b.npz", "two\nlines.npz", "x" * 5_000, "\u202egpj.npz", "<b>.npz")
NAMES = (*PATHS, *SIGNS, "train-images-idx3-ubyte.gz", "ü 🙂.zip", "%s{0}.npz", "\ud800.npz")
FOLDERS = ("../", "/", "C:\\", "..\\..\\", "a/b/c/", "a/./", "__MACOSX/")  # before a name in an archive

INTEGERS = (0, 1, -1, 2**31, 2**63, 10**30, 10**400)
FLOATS = (0.5, -0.0, 1e308, float("nan"), float("inf"))
TEXTS = ("", "x", "\0", "\ud800", "mnist", "../..", "x" * 10_000)
TREES = ([], [[]], {}, [1, 2, 3], ["a"] * 20_000, {"a": None})
EXTREMES = (None, True, False, *INTEGERS, *FLOATS, *TEXTS, *TREES)

SMALL_SHAPES = ("(2, 28, 28)", "(0, 28, 28)", "(-1, 28, 28)", "(2,)", "()")
HUGE_SHAPES = ("(99999999, 28, 28)", "(2, 512, 512)", "(10**9, 28, 28)", "(1000000000000000000000, 8, 8)")
ODD_SHAPES = ("(2, 28, 28, 3)", "(True, 28, 28)", "(2.0, 28, 28)", "((((((2))))))", "[2, 28, 28]", "'x'")
SHAPES = (*SMALL_SHAPES, *HUGE_SHAPES, *ODD_SHAPES)

PIXEL_TYPES = ("|u1", "<f2", "<f4", ">f8", "|b1")
OTHER_TYPES = ("|O", "<i8", "<c16", "<U4", "|S7", "<M8[s]", "|V8", "<f16")
TYPES = (*PIXEL_TYPES, *OTHER_TYPES, "|u0", "<U999999999", "[('a', '<f4'), ('b', '|O')]", "zz", "<f4,<f4")
