"""Addresses of members. They stand here because a member's page sets a project lead's cost centres."""

from django.urls import URLPattern, path

from ..views import members

urlpatterns: list[URLPattern] = [
    path("members/", members.member_list, name="member-list"),
    path("members/members.<table:format>", members.member_export, name="member-export"),
    path("members/add/", members.member_add, name="member-add"),
    path("members/<int:member>/", members.member_edit, name="member-edit"),
]
