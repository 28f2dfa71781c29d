# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2034
# What the golden outputs have: features of single packets and bytes stand in files of their own.
of_packets=wht,cdist,payload,ppi,salt,hd,idp=40,os
most=all,-bd,-entropy,-wht,-cdist,-payload,-ppi,-salt,-hd,-idp
