"""Checks conan/conanfile.py without Conan: check_recipe.py ROOT DAVIT

The recipe is run with stand-ins for Conan's modules, so that what it does with its own lists is seen as well.
"""

import ast
import configparser
import pathlib
import re
import subprocess
import sys
import types

ROOT = pathlib.Path(sys.argv[1])
DAVIT = sys.argv[2]
RECIPE = ROOT / "conan" / "conanfile.py"

# What CMake looks for -> the package of Conan Center that has it. Threads and the staged SDK come with the build.
PACKAGE_OF = {
    "Boost": "boost",
    "CLI11": "cli11",
    "doctest": "doctest",
    "fmt": "fmt",
    "libpq": "libpq",
    "libsodium": "libsodium",
    "nlohmann_json": "nlohmann_json",
    "tomlplusplus": "tomlplusplus",
    "PkgConfig": "pkgconf",
}
OWN = {"Threads", "davit-sdk"}

problems = []


def check(condition, message):
    if not condition:
        problems.append(message)


class FakeConanFile:
    def __init__(self):
        self.recipe_folder = str(RECIPE.parent)
        self.export_sources_folder = "exported"
        self.required = []

    def requires(self, reference):
        self.required.append(reference)

    tool_requires = requires
    test_requires = requires


def load_recipe():
    copied = []
    module_members = {
        "conan": {"ConanFile": FakeConanFile},
        "conan.errors": {"ConanException": RuntimeError},
        "conan.tools.build": {"can_run": None, "check_min_cppstd": None},
        "conan.tools.cmake": dict.fromkeys(["CMake", "CMakeDeps", "CMakeToolchain", "cmake_layout"]),
        "conan.tools.files": {
            "copy": lambda recipe, pattern, source, target: copied.append((pattern, source)),
            "load": lambda recipe, path: pathlib.Path(path).read_text(encoding="utf-8"),
        },
        "conan.tools.gnu": {"PkgConfigDeps": None},
        "conan.tools": {},
    }
    for name, members in module_members.items():
        module = types.ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module
    text = RECIPE.read_text(encoding="utf-8")
    ast.parse(text, str(RECIPE))
    namespace = {"__name__": "conanfile"}
    exec(compile(text, str(RECIPE), "exec"), namespace)
    recipes = [c for c in namespace.values() if isinstance(c, type) and issubclass(c, FakeConanFile)]
    return next(c for c in recipes if c is not FakeConanFile)(), copied


def cmake_version():
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(\s*davit\s+VERSION\s+(\S+)", text).group(1)


def check_version(recipe):
    recipe.set_version()
    check(recipe.version == cmake_version(), f"the recipe's version is {recipe.version}, CMake's {cmake_version()}")
    run = subprocess.run([DAVIT, "--version"], capture_output=True, text=True, check=False)
    check(run.returncode == 0, f"davit --version exits with {run.returncode}: {run.stderr}")
    check(recipe.version in run.stdout.split(), f"davit --version says '{run.stdout.strip()}', not {recipe.version}")


def check_files(recipe, copied):
    recipe.export_sources()
    check([pattern for pattern, _ in copied] == list(recipe.files), "not every listed file is exported")
    for pattern, source in copied:
        check(any(pathlib.Path(source).glob(pattern)), f"'{pattern}' matches no file")
    # Whatever the top CMakeLists.txt reads must be there when it is built from the package.
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    for used in re.findall(r"^\s*(?:add_subdirectory|include)\(([\w./-]+/?[\w./-]*)\)", text, re.MULTILINE):
        folder = used.split("/")[0]
        if (ROOT / folder).is_dir() and folder != "tests":
            check(f"{folder}/*" in recipe.files, f"CMakeLists.txt uses {used}, which is not exported")


def check_requirements(recipe):
    recipe.requirements()
    recipe.build_requirements()
    for reference in recipe.required:
        check(re.fullmatch(r"[a-z0-9_]+/(\d+(\.\d+)+|\[[^\]]+\])", reference), f"'{reference}' is no reference")
    names = {reference.split("/")[0] for reference in recipe.required}
    check(len(names) == len(recipe.required), "a package is required twice")
    for file in ROOT.glob("*/**/CMakeLists.txt"):
        place = file.relative_to(ROOT)
        if place.parts[0] not in ("host", "plugins", "tests"):
            continue
        text = file.read_text(encoding="utf-8")
        wanted = re.findall(r"find_package\(\s*([\w-]+)", text)
        wanted += re.findall(r"pkg_check_modules\(\s*\w+[^)]*?\b(lib\w+)\)", text)
        for name in set(wanted) - OWN:
            check(PACKAGE_OF.get(name) in names, f"{place} looks for {name}, which the recipe does not require")


def check_profiles():
    profiles = sorted((ROOT / "conan" / "profiles").iterdir())
    check(profiles, "there are no profiles")
    for profile in profiles:
        parser = configparser.ConfigParser(delimiters=["="])
        parser.read(profile, encoding="utf-8")
        settings = parser["settings"]
        for key in ("os", "arch", "build_type", "compiler", "compiler.version", "compiler.libcxx"):
            check(key in settings, f"{profile.name} has no {key}")
        check(settings.get("compiler.cppstd") == "20", f"{profile.name} is not for C++20")
        named = f"{settings.get('compiler')}{settings.get('compiler.version')}"
        check(named == profile.name, f"{profile.name} is for {named}")


def main():
    recipe, copied = load_recipe()
    check(recipe.name == "davit", f"the package is named {recipe.name}")
    check_version(recipe)
    check_files(recipe, copied)
    check_requirements(recipe)
    check_profiles()
    for problem in problems:
        print(f"{RECIPE.relative_to(ROOT)}: {problem}", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
