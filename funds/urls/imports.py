"""Imports of actuals, step by step, and the profiles by which files are read."""

from django.urls import URLPattern, path

from ..views import import_preview, import_profiles, import_read, import_rows, import_work, imports

_BATCH = "imports/<int:batch>/"
_PROFILES = "imports/profiles/"

urlpatterns: list[URLPattern] = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/imports.<table:format>", imports.import_list_export, name="import-list-export"),
    path("imports/new/", imports.upload, name="import-upload"),
    path(_PROFILES, import_profiles.profile_list, name="profile-list"),
    path(f"{_PROFILES}profiles.<table:format>", import_profiles.profile_list_export, name="profile-list-export"),
    path(f"{_PROFILES}import/", import_profiles.profile_import, name="profile-import"),
    path(f"{_PROFILES}<int:profile>/", import_profiles.profile, name="profile"),
    path(f"{_PROFILES}<int:profile>/edit/", import_profiles.profile_edit, name="profile-edit"),
    path(f"{_PROFILES}<int:profile>/json/", import_profiles.profile_json, name="profile-json"),
    path(f"{_PROFILES}<int:profile>/profile.<table:format>", import_profiles.profile_export, name="profile-export"),
    path(f"{_PROFILES}<int:profile>/retire/", import_profiles.profile_retire, name="profile-retire"),
    path(_BATCH, import_preview.preview, name="import-preview"),
    path(f"{_BATCH}import.<table:format>", import_preview.preview_export, name="import-preview-export"),
    path(f"{_BATCH}read/", import_read.read, name="import-read"),
    path(f"{_BATCH}map/", import_preview.map_rows, name="import-map"),
    path(f"{_BATCH}commit/", import_preview.commit, name="import-commit"),
    path(f"{_BATCH}progress/", import_work.progress, name="import-progress"),
    path(f"{_BATCH}cancel/", import_work.cancel, name="import-cancel"),
    path(f"{_BATCH}discard/", import_preview.discard, name="import-discard"),
    path(f"{_BATCH}undo/", import_preview.undo, name="import-undo"),
    path(f"{_BATCH}errors.<table:format>", import_rows.errors, name="import-errors"),
    path(f"{_BATCH}file/", import_rows.file, name="import-file"),
    path(f"{_BATCH}rows/", import_rows.rows, name="import-rows"),
    path(f"{_BATCH}rows/rows.<table:format>", import_rows.rows_export, name="import-rows-export"),
    path(f"{_BATCH}rows/<int:row>/row.<table:format>", import_rows.row_export, name="import-row-export"),
    path(f"{_BATCH}rows/<int:row>/", import_rows.row, name="import-row"),
]
