# SPDX-License-Identifier: Apache-2.0
boot += passthrough/closure.c passthrough/firmware.c passthrough/needs.c passthrough/owned.c passthrough/providers.c passthrough/resources.c passthrough/rest.c passthrough/suggest.c
pure += passthrough/closure.c passthrough/firmware.c passthrough/needs.c passthrough/owned.c passthrough/providers.c passthrough/resources.c passthrough/rest.c passthrough/suggest.c
