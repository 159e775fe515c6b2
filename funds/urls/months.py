"""Addresses of months, drawdowns and comments."""

from django.urls import URLPattern, path

from ..views import comments, drawdowns, months

PLAN = "funds/<slug:fund>/<int:year>/"

urlpatterns: list[URLPattern] = [
    path(f"{PLAN}months/", months.month_list, name="month-list"),
    path(f"{PLAN}months/months.<table:format>", months.month_list_export, name="month-list-export"),
    path(f"{PLAN}months/<month:month>/", months.month, name="month"),
    path(f"{PLAN}months/<month:month>/month.<table:format>", months.month_export, name="month-export"),
    path(f"{PLAN}months/<month:month>/close/", months.month_close, name="month-close"),
    path(f"{PLAN}months/<month:month>/reopen/", months.month_reopen, name="month-reopen"),
    path(f"{PLAN}months/<month:month>/lock/", months.month_lock, name="month-lock"),
    path(f"{PLAN}drawdowns/<month:month>/", drawdowns.drawdown, name="drawdown"),
    path(f"{PLAN}drawdowns/<month:month>/drawdown.<table:format>", drawdowns.drawdown_export, name="drawdown-export"),
    path(f"{PLAN}drawdowns/<month:month>/propose/", drawdowns.drawdown_propose, name="drawdown-propose"),
    path(f"{PLAN}drawdowns/<month:month>/approve/", drawdowns.drawdown_approve, name="drawdown-approve"),
    path(f"{PLAN}drawdowns/<month:month>/post/", drawdowns.drawdown_post, name="drawdown-post"),
    path(f"{PLAN}drawdowns/<month:month>/withdraw/", drawdowns.drawdown_withdraw, name="drawdown-withdraw"),
    path(f"{PLAN}drawdowns/<month:month>/rows.<slug:format>", drawdowns.drawdown_rows, name="drawdown-rows"),
    path("comments/", comments.comment_home, name="comment-home"),
    path("comments/comments.<table:format>", comments.comment_home_export, name="comment-home-export"),
    path(f"{PLAN}comments/", comments.comments, name="comments"),
    path(f"{PLAN}comments/<month:month>/", comments.comments, name="comments"),
    path(f"{PLAN}comments/<month:month>/comments.<table:format>", comments.comments_export, name="comments-export"),
]
