"""davit with its dependencies from Conan Center. From the repository's root, with Conan 2:

    conan build conan --profile:all conan/profiles/gcc12 --build missing
    conan create conan --profile:all conan/profiles/gcc12 --build missing

Debian's packages (debian-packages.txt) are the versions that davit is tested with; the ones here are the nearest that
Conan Center has.
"""

import os
import re

from conan import ConanFile
from conan.errors import ConanException
from conan.tools.build import can_run, check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load
from conan.tools.gnu import PkgConfigDeps

required_conan_version = ">=2.0"


class DavitConan(ConanFile):
    name = "davit"
    package_type = "application"
    license = "Apache-2.0"
    description = "Runs PostgreSQL migrations; compiled plugins hook every phase"
    topics = ("postgresql", "migration", "plugin")
    settings = "os", "arch", "compiler", "build_type"
    default_options = {"boost/*:header_only": True}

    # What a package is built from, relative to the repository's root: all but the tests.
    files = (
        "CMakeLists.txt",
        "LICENSE",
        "host/*",
        "plugin-sdk/*",
        "plugins/*",
    )

    def set_version(self):
        cmake = load(self, os.path.join(self.recipe_folder, "..", "CMakeLists.txt"))
        found = re.search(r"^project\(davit VERSION ([0-9.]+)", cmake, re.MULTILINE)
        if not found:
            raise ConanException("CMakeLists.txt has no line 'project(davit VERSION …'")
        self.version = found.group(1)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..")
        for pattern in self.files:
            copy(self, pattern, root, self.export_sources_folder)

    def requirements(self):
        self.requires("boost/1.83.0")
        self.requires("cli11/2.1.2")
        self.requires("fmt/9.1.0")
        self.requires("libpq/15.18")
        self.requires("libsodium/1.0.22")
        self.requires("nlohmann_json/3.11.2")
        self.requires("tomlplusplus/3.3.0")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25 <4]")
        self.tool_requires("ninja/[>=1.10 <2]")
        self.tool_requires("pkgconf/[>=1.9 <3]")
        self.test_requires("doctest/2.4.11")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        self.folders.root = ".."
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        # The build looks for libpq and libsodium with pkg_check_modules.
        PkgConfigDeps(self).generate()
        toolchain = CMakeToolchain(self, generator="Ninja")
        toolchain.user_presets_path = False
        toolchain.cache_variables["DAVIT_BUILD_TESTS"] = self._has_tests()
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()
        if self._has_tests() and can_run(self):
            cmake.ctest(["--output-on-failure"])

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # Plugins are built with find_package(davit-sdk), from the package's own file.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "davit-sdk")]
        self.cpp_info.libdirs = []

    def _has_tests(self):
        """A checkout has the tests; what `conan create` exports does not."""
        return os.path.isdir(os.path.join(self.source_folder, "tests")) and not self.conf.get(
            "tools.build:skip_test", default=False, check_type=bool
        )
