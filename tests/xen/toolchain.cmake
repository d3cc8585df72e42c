# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Builds programs for the rig's dom0 and guests, against the packages that fetch-root.sh unpacked.
# -DDISPLIF_XEN_ROOT=DIR names its folder. Also for the machine's own architecture: the libraries
# there are those of the images, whatever this machine has.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DISPLIF_XEN_ROOT)
if(NOT EXISTS ${DISPLIF_XEN_ROOT}/versions)
	message(FATAL_ERROR "DISPLIF_XEN_ROOT=${DISPLIF_XEN_ROOT}: no folder of tests/xen/fetch-root.sh")
endif()
file(STRINGS ${DISPLIF_XEN_ROOT}/versions displif_line REGEX "^TRIPLET=")
string(REPLACE "TRIPLET=" "" displif_triplet "${displif_line}")
string(REGEX REPLACE "-.*" "" displif_machine "${displif_triplet}")

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${displif_machine})
set(CMAKE_SYSROOT ${DISPLIF_XEN_ROOT}/sysroot)
cmake_host_system_information(RESULT displif_host QUERY OS_PLATFORM)
if(displif_host STREQUAL displif_machine)
	set(CMAKE_C_COMPILER gcc)
else()
	set(CMAKE_C_COMPILER ${displif_triplet}-gcc-12)
endif()
set(CMAKE_LIBRARY_ARCHITECTURE ${displif_triplet})
set(CMAKE_FIND_ROOT_PATH ${CMAKE_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${CMAKE_SYSROOT}/usr/lib/${displif_triplet}/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig)
